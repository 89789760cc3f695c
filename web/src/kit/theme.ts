import type { FocusEvent } from "react";
import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const rye: MantineColorsTuple = ["#fbf5ec", "#f7ead3", "#ebcfa3", "#e0b06a", "#d19a48", "#b86e1c", "#a36419", "#8c5517", "#74450f", "#54310b"];
const gray: MantineColorsTuple = ["#faf8f5", "#f4f0e9", "#ebe6de", "#e5e0d8", "#d3ccc1", "#b3aa9d", "#948b7e", "#686157", "#4a443c", "#24211c"];
const dark: MantineColorsTuple = ["#ece7df", "#cfc8bd", "#aaa296", "#7d756a", "#4a453e", "#36322d", "#2a2723", "#211f1c", "#191715", "#141210"];

/** The component library wears our tokens; new screens style themselves by tokens, not by the library's colours. */
export const theme = createTheme({
  primaryColor: "rye",
  primaryShade: { light: 7, dark: 3 },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const is_accent = input.variant === "filled" && (input.color === undefined || input.color === "rye");
    const is_quiet = input.variant === "subtle" && (input.color === undefined || input.color === "rye");
    if (is_quiet) return { ...colors, color: "var(--accent)", hover: "var(--accent-soft)" };
    return is_accent ? { ...colors, background: "var(--accent)", hover: "var(--accent-hover)", color: "var(--on-accent)" } : colors;
  },
  colors: { rye, gray, dark },
  fontFamily: "var(--font)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "18px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "3px", sm: "6px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 32 } },
    Tooltip: { defaultProps: { zIndex: 600, openDelay: 400, events: { hover: true, focus: false, touch: false }, withArrow: false, transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { padding: 20, transitionProps: { duration: 140, transition: "fade" }, overlayProps: { backgroundOpacity: 0.35 } } },
    // What is typed into a choice replaces what stands there, and Enter takes the first that fits.
    Select: { defaultProps: { selectFirstOptionOnChange: true, onFocus: (event: FocusEvent<HTMLInputElement>) => event.currentTarget.select() } },
    MultiSelect: { defaultProps: { selectFirstOptionOnChange: true } },
    Combobox: { defaultProps: { zIndex: 600 } },
    Menu: { defaultProps: { zIndex: 600, withInitialFocusPlaceholder: false, shadow: "md", transitionProps: { duration: 120 } } },
    Popover: { defaultProps: { zIndex: 600, shadow: "md", transitionProps: { duration: 120 } } },
  },
});

export const tokenVariables: CSSVariablesResolver = () => ({
  variables: { "--mantine-shadow-md": "var(--shadow)", "--mantine-font-size-md": "14px" },
  light: tokens(),
  dark: tokens(),
});

function tokens(): Record<string, string> {
  return {
    "--mantine-color-body": "var(--raised)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--muted)",
    "--mantine-color-default": "var(--raised)",
    "--mantine-color-default-hover": "var(--hover)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-primary-color-contrast": "var(--on-accent)",
    "--mantine-color-placeholder": "var(--muted)",
    "--mantine-color-error": "var(--danger)",
    "--mantine-color-anchor": "var(--accent)",
  };
}
