/** What a method of the store works with: everything that reads the workspace, and who writes. */
import type { CommentAuthor } from '../../api/comment';
import type { WrittenTexts } from '../../redaction/written-texts';
import type { WorkspaceReaders } from './workspace-readers';

export interface StoreContext extends WorkspaceReaders {
  /** Takes secrets out of what is written about telemetry. */
  readonly texts: WrittenTexts;
  /** Who writes now; null: nobody is signed in. */
  author(): Promise<CommentAuthor>;
}
