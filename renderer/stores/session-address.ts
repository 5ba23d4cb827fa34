/** Where a session's page is. */
import { nameOfPart, partOfName } from './name-in-address';

export function addressOfSession(sessionId: string): string {
  return `/session/${partOfName(sessionId)}`;
}

/** @param part of the address, behind the path */
export const sessionOfAddress = nameOfPart;
