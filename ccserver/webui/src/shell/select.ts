// Element Plus's select with types that fit it: its own name the makers of its props, not their
// values, and no template passes the check with them.

import { ElOption as Option, ElSelect as Select } from "element-plus";

type Chosen = string | number | boolean | null | readonly (string | number)[];

interface SelectProps {
  modelValue?: Chosen | undefined;
  multiple?: boolean;
  filterable?: boolean;
  clearable?: boolean;
  disabled?: boolean;
  loading?: boolean;
  allowCreate?: boolean;
  defaultFirstOption?: boolean;
  collapseTags?: boolean;
  size?: "small" | "default" | "large";
  placeholder?: string;
  ariaLabel?: string;
  id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what was chosen has the type of the options
  "onUpdate:modelValue"?: (value: any) => void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onChange?: (value: any) => void;
}

interface OptionProps {
  value: string | number | boolean;
  label?: string | number;
  disabled?: boolean;
}

export const ElSelect = Select as unknown as new () => {
  $props: SelectProps;
  $slots: { default: () => unknown };
};
export const ElOption = Option as unknown as new () => { $props: OptionProps };
