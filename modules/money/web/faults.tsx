import classes from "./money.module.css";

/** What keeps a file from coming in or going out. */
export function Faults({ title, faults }: { title: string; faults: string[] }) {
  if (faults.length === 0) return null;
  return (
    <div role="alert" className={classes.faults}>
      <b>{title}</b>
      <ul>{faults.map((fault) => <li key={fault}>{fault}</li>)}</ul>
    </div>
  );
}
