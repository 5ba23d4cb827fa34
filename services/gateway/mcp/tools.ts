/** All tools. One is a definition in `tools/`, and a line here. */
import type { Tool } from './tool';
import { aggregate } from './tools/aggregate';
import { getStatus, listAttributes } from './tools/catalogue';
import { compareTraces } from './tools/compare-traces';
import { explainCriticalPath } from './tools/critical-path';
import { findErrors } from './tools/find-errors';
import { findWaste } from './tools/insights';
import { outlineTrace } from './tools/outline-trace';
import { readConversation } from './tools/read-conversation';
import { readSpan } from './tools/read-span';
import { listMetrics, readMetric, searchLogs } from './tools/records';
import { searchTraces } from './tools/search-traces';
import { serviceHealth, serviceMap } from './tools/services';
import { listSessions, readSession } from './tools/sessions';
import { showInWindow } from './tools/show-in-window';
import { listAgents, modelUsage } from './tools/usage';
import { addDatasetRow, writeNote, writeScore } from './tools/writes';

export const TOOLS: readonly Tool[] = [
  searchTraces,
  outlineTrace,
  readSpan,
  explainCriticalPath,
  findErrors,
  compareTraces,
  readConversation,
  findWaste,
  listSessions,
  readSession,
  searchLogs,
  aggregate,
  serviceHealth,
  serviceMap,
  modelUsage,
  listAgents,
  listAttributes,
  listMetrics,
  readMetric,
  getStatus,
  showInWindow,
  writeNote,
  writeScore,
  addDatasetRow,
];
