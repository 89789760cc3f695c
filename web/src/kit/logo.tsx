/** The mark of the program; drawn in place, so that it costs no request. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="14" fill="#8c5517" />
      <path d="M14 47V19l18 17 18-17v28" fill="none" stroke="#fbf1df" strokeWidth="6.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
