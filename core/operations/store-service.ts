/** The store worker, sole owner of the database, as other threads call it. Calls wait while it opens. */
import type { MethodsOf } from '../store/workspace/store-call';
import type { HostedStore, StoreMethods } from '../store/workspace/store-methods';
import type { InStore } from './operation';
import type { OPERATIONS } from './operations';

export type StoreOperations = MethodsOf<InStore<typeof OPERATIONS>>;

export type StoreService = HostedStore & StoreMethods & StoreOperations;
