// What a view asks of the server once it is there, and again while it stays.

import { onBeforeUnmount, onMounted } from "vue";

export function lookAgain(look: () => unknown, everyMs: number): void {
  let timer: number | undefined;
  onMounted(() => {
    void look();
    timer = window.setInterval(look, everyMs);
  });
  onBeforeUnmount(() => window.clearInterval(timer));
}
