import { api } from "@web/lib/api";

// Letters and digits that nobody confuses when they are read aloud.
const kLetters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** A password to hand over once: 16 letters out of 54, about 92 bits. */
export function makePassword(): string {
  const letters: string[] = [];
  while (letters.length < 16) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < kLetters.length * 4) letters.push(kLetters[byte % kLetters.length] ?? "");
  }
  return letters.join("");
}

export function setPassword(user_id: number, password: string): Promise<null> {
  return api.post<null>(`/users/${user_id}/password`, { password });
}
