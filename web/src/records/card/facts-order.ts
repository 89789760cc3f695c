/** Where a field of the card stands: the group and the place in it. */
export interface Spot {
  group: number;
  at: number;
}

/** The groups with a field taken from where it is and put at the spot, counted before it is taken. */
export function fieldMoved(groups: string[][], key: string, spot: Spot): string[][] {
  const from = groups.findIndex((group) => group.includes(key));
  const old = from < 0 ? -1 : (groups[from]?.indexOf(key) ?? -1);
  const at = from === spot.group && old < spot.at ? spot.at - 1 : spot.at;
  return groups.map((group, index) => {
    const rest = group.filter((one) => one !== key);
    if (index !== spot.group) return rest;
    return [...rest.slice(0, at), key, ...rest.slice(at)];
  });
}

/** One step up or down, over the border of a group where the group ends. */
export function fieldStepped(groups: string[][], key: string, step: 1 | -1): string[][] {
  const group = groups.findIndex((keys) => keys.includes(key));
  const keys = groups[group];
  if (!keys) return groups;
  const at = keys.indexOf(key) + step;
  if (at >= 0 && at < keys.length) return fieldMoved(groups, key, { group, at: step > 0 ? at + 1 : at });
  const next = groups[group + step];
  return next ? fieldMoved(groups, key, { group: group + step, at: step > 0 ? 0 : next.length }) : groups;
}
