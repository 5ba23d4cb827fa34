import { Component, type ReactNode } from 'react';
import { Button } from './Button';
import { Notice } from './Notice';

interface ErrorBoundaryProps {
  /** What is drawn, as the message names it: "screen", "panel". */
  readonly what: string;
  /** What is shown, the address for instance. When it changes, an earlier failure no longer counts. */
  readonly subject: string;
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: Error | null;
  readonly subject: string;
}

/** Keeps a failure to draw one part from taking down the rest of the window, and from outliving what failed. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null, subject: this.props.subject };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(
    { subject }: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): ErrorBoundaryState | null {
    return subject === state.subject ? null : { error: null, subject };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice
        title={`This ${this.props.what} could not be displayed.`}
        action={<Button onClick={() => this.setState({ error: null })}>Draw again</Button>}
      >
        {error.message}. Your data is not affected.
      </Notice>
    );
  }
}
