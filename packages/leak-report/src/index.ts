// Public names in the order in which a report meets them.

export { githubLeakReports } from './handler.ts'
export type { LeakReportOptions } from './options.ts'
export { fetchGithubKeys, type PublicKeyList } from './published-keys.ts'
export type { LeakReport } from './report.ts'
