import { isCall, isReply, unsayable } from '../../core/api/rpc/channel';

/** Passes a message on. One that cannot be carried further is answered, so that its call settles. */
export function relay(message: unknown, pass: (message: unknown) => void, answer: (message: unknown) => void): void {
  try {
    pass(message);
  } catch (error) {
    const id = isReply(message) ? message.reply : isCall(message) ? message.call : null;
    if (id !== null) answer(unsayable(id, error));
  }
}
