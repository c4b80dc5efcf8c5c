// Public names in the order in which a report meets them.

export { githubLeakReports, type LeakReportOptions } from './handler.ts'
export { fetchGithubKeys, type PublicKeyList } from './published-keys.ts'
export type { LeakReport } from './report.ts'
