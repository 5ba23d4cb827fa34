/** All senders, in the order in which they are shown. A group is a file beside this one, and a line here. */
import { agentFrameworks } from './agent-frameworks';
import { anything } from './anything';
import { codingAgents } from './coding-agents';
import { languages } from './languages';
import type { SenderGroup } from './sender';

export const SENDER_GROUPS: readonly SenderGroup[] = [anything, codingAgents, agentFrameworks, languages];
