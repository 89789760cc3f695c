import { useEffect, useState } from "react";

const kPrefix = "matvey.draft.";

export function readDraft<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(kPrefix + key);
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

export function clearDraft(key: string): void {
  localStorage.removeItem(kPrefix + key);
}

/** State that survives a lost connection, a closed tab and a new sign-in, until `clear` after the save. */
export function useDraft<T>(key: string, initial: T): [T, (value: T) => void, () => void] {
  const [value, setValue] = useState<T>(() => readDraft<T>(key) ?? initial);
  useEffect(() => {
    const is_untouched = JSON.stringify(value) === JSON.stringify(initial);
    if (is_untouched) clearDraft(key);
    else localStorage.setItem(kPrefix + key, JSON.stringify(value));
    // The initial value only matters for the first comparison.
  }, [key, value]);
  const clear = () => {
    clearDraft(key);
    setValue(initial);
  };
  return [value, setValue, clear];
}
