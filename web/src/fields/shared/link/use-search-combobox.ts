import { useCombobox } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useDebounced } from "@web/kit/use-debounced";

interface SearchOptions<T> {
  /** What the answers are kept under, beside the words. */
  query_key: readonly unknown[];
  find: (words: string, signal: AbortSignal) => Promise<T[]>;
  is_enabled?: boolean;
  /** The Tab that leads on takes what stands first. */
  takes_tab?: boolean;
}

const kStill_ms = 120;

/** A combobox whose options are what the server finds for the words typed. `typed` is null until something is. */
export function useSearchCombobox<T>({ query_key, find, is_enabled = true, takes_tab = false }: SearchOptions<T>) {
  const [typed, setTyped] = useState<string | null>(null);
  const is_wanted = useRef(false);
  const is_left = useRef(false);
  const combobox = useCombobox({ onDropdownClose: () => {
    combobox.resetSelectedOption();
    setTyped(null);
    is_wanted.current = false;
  } });
  const words = (typed ?? "").trim();
  const asked = useDebounced(words, kStill_ms);
  const { data: found, isFetching: is_fetching } = useQuery({
    queryKey: [...query_key, asked], queryFn: ({ signal }) => find(asked, signal),
    enabled: combobox.dropdownOpened && is_enabled, placeholderData: keepPreviousData, staleTime: 10_000,
  });
  const is_settled = asked === words && !is_fetching;
  const { selectFirstOption, clickSelectedOption, closeDropdown } = combobox;
  // Enter may come before the answer to what was typed: then the first of that answer is taken, never one of an older list, even where the hand went on.
  useEffect(() => {
    selectFirstOption();
    if (!is_settled || !is_wanted.current) return;
    is_wanted.current = false;
    clickSelectedOption();
    if (is_left.current) closeDropdown();
  }, [found, is_settled, selectFirstOption, clickSelectedOption, closeDropdown]);
  const type = (text: string) => {
    setTyped(text);
    combobox.openDropdown();
  };
  const leave = () => {
    is_left.current = true;
    if (!is_wanted.current) closeDropdown();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    is_left.current = false;
    const is_tab = event.key === "Tab";
    if (event.key === "Shift" || (is_tab && (event.shiftKey || !takes_tab || words === ""))) return;
    const is_taking = combobox.dropdownOpened && (is_tab || event.key === "Enter");
    is_wanted.current = is_taking && !is_settled;
    if (is_wanted.current) combobox.resetSelectedOption();
    else if (is_taking && is_tab) clickSelectedOption();
    else return;
    event.preventDefault();
  };
  return { combobox, typed, words, type, found, is_fetching, is_settled, leave, onKeyDown };
}
