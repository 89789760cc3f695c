import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import "@web/kit/mantine.css";
import { theme, tokenVariables } from "@web/kit/theme";

const scheme_manager = localStorageColorSchemeManager({ key: "matvey.theme" });

export function KitProvider({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={tokenVariables} colorSchemeManager={scheme_manager} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  );
}
