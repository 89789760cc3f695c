import { Component, type ReactNode } from "react";
import { ErrorNotice } from "@web/kit/error-notice";

interface Props {
  children: ReactNode;
  /** A change of this value clears the error: usually the address. */
  reset_key?: string;
}

/** Keeps a fault of one screen or widget inside its frame. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.reset_key !== this.props.reset_key && this.state.error) this.setState({ error: null });
  }

  override render() {
    if (this.state.error) return <ErrorNotice error={this.state.error} onRetry={() => this.setState({ error: null })} />;
    return this.props.children;
  }
}
