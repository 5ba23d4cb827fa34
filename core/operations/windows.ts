/** What is shown in the user's window when an agent asks for it. */
import { z } from 'zod';
import { named, SIGNAL } from './input';
import { operation, through } from './operation';

/** Of a screen, without what is not ours. */
const PATH = z.string().regex(/^\/[a-z][\w/%.~-]{0,1000}$/, 'is not the path of a screen');

export const windows = {
  /** @throws CONFLICT where no window is open */
  showScreen: operation({
    summary: 'Navigates the open window to a screen',
    // Of others nobody navigates the window.
    permission: null,
    input: [named('path', PATH)],
    rest: null,
    run: through(({ windows }, path: string) => windows.show(path)),
  }),
  /** Null after a while: it is asked again. */
  nextScreen: operation({
    summary: 'Waits until a window is to show something',
    permission: null,
    input: [named('isVisible', z.boolean()), SIGNAL],
    rest: null,
    waits: true,
    run: through(({ windows }, isVisible: boolean, signal?: AbortSignal) => windows.next(isVisible, signal)),
  }),
};
