// The page: languages, ways, and the shell around every view.

import "element-plus/dist/index.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./style.css";
import { createApp } from "vue";
import App from "./shell/App.vue";
import { followTheme } from "./shell/theme.ts";
import { router } from "./shell/ways.ts";
import type { Language } from "./words/format.ts";
import { chooseLanguage, i18n } from "./words/index.ts";

chooseLanguage(i18n.global.locale.value as Language);
followTheme();
createApp(App).use(i18n).use(router).mount("#page");
