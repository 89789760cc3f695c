import { useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";

export type MailSecurity = "none" | "starttls" | "tls";

export interface MailValues {
  host: string;
  port: number;
  security: MailSecurity;
  login: string;
  from_name: string;
  from_address: string;
  reply_to: string;
  site_url: string;
}

export interface MailSettings {
  values: MailValues;
  is_on: boolean;
  has_password: boolean;
}

/** What is changed; the password only when it is typed, for it is never read back. */
export type MailChange = Partial<MailValues> & { password?: string };

export function useMailSettings(is_wanted = true) {
  return useQuery({ queryKey: ["admin", "mail"], queryFn: ({ signal }) => api.get<MailSettings>("/settings/mail-server", { signal }), staleTime: 0, enabled: is_wanted });
}

export function saveMailSettings(change: MailChange): Promise<MailSettings> {
  return api.put<MailSettings>("/settings/mail-server", change);
}

/** A letter to the given address with these settings, whether saved or not. */
export function sendTestLetter(to: string, settings: MailChange): Promise<null> {
  return api.post<null>("/settings/mail-server:test", { to, settings });
}

export function inviteUser(id: number): Promise<{ letter: number }> {
  return api.post<{ letter: number }>(`/users/${id}:invite`);
}
