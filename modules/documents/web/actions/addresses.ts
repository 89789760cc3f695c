/** The mail addresses of a line as people write it: by commas, semicolons or spaces, «Name <address>» too. */
export function addressesIn(line: string): string[] {
  const inside = [...line.matchAll(/<([^<>]+)>/g)].map((found) => found[1] ?? "");
  const rest = line.replace(/[^,;<>]*<[^<>]*>/g, " ").split(/[\s,;]+/);
  return [...new Set([...rest, ...inside].map((address) => address.trim()).filter((address) => address !== ""))];
}

export function isAddress(address: string): boolean {
  return /^[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)+$/.test(address);
}
