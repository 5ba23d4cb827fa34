/** What threads and copies of the server tell each other, with a workspace's number. */

/** Something of it was written. */
export const CHANGED = 'spoor_changed';
/** A request waits for whoever writes it. */
export const SPOOLED = 'spoor_spooled';
