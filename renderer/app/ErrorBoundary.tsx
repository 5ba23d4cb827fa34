import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';

/** A screen that fails leaves the rest of the window standing. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice
        title="This screen failed to draw."
        action={<Button onClick={() => this.setState({ error: null })}>Draw again</Button>}
      >
        {error.message}. Your data is not affected.
      </Notice>
    );
  }
}
