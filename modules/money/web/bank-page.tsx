import { Button, FileButton } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState, type DragEvent } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { uploadFile } from "@web/lib/calls/upload-file";
import { t } from "@web/lib/i18n";
import { Faults } from "./faults";
import { faultsOf } from "./faults-of";
import { FilePreview } from "./file-preview";
import { previewStatement, type Preview } from "./money-calls";
import { OrdersPanel } from "./orders-panel";
import { ReviewQueue } from "./review-queue";
import classes from "./money.module.css";

interface Chosen {
  file: number;
  name: string;
  preview: Preview;
}

/** A file of the bank comes in, what is sure is booked, what is not waits below for a decision. */
export function BankPage() {
  const metadata = useMetadata();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [faults, setFaults] = useState<string[]>([]);
  const [is_busy, setBusy] = useState(false);
  const can_load = metadata.entity("bank_statement") !== undefined && metadata.entity("payment")?.can.create === true;
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    setBusy(true);
    setFaults([]);
    setChosen(null);
    try {
      const stored = await uploadFile(file);
      setChosen({ file: stored.id, name: file.name, preview: await previewStatement(stored.id) });
    } catch (problem) {
      setFaults(faultsOf(problem));
    }
    setBusy(false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{t("web.money.bank")}</h1>
        <Link to="/$plural" params={{ plural: "bank-statements" }}>{t("web.money.statements")}</Link>
        <Link to="/$plural" params={{ plural: "payments" }}>{t("web.money.payments")}</Link>
      </header>
      {can_load && (
        <section className={classes.drop} aria-label={t("web.money.load")} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
          <FileButton onChange={(file) => void take(file)} accept=".txt,.1c,text/plain">
            {(props) => <Button {...props} loading={is_busy} leftSection={<IconUpload size={16} />}>{t("web.money.choose")}</Button>}
          </FileButton>
          <span className={`muted ${classes.byHand}`}>{t("web.money.drop")}</span>
        </section>
      )}
      <Faults title={t("web.money.refused")} faults={faults} />
      {chosen && <FilePreview key={chosen.file} file={chosen.file} name={chosen.name} preview={chosen.preview} />}
      <ReviewQueue />
      {metadata.entity("payment")?.can.export === true && <OrdersPanel />}
    </div>
  );
}
