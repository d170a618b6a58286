/** Where the usual tools leave their reports, relative to the working directory. */
export const USUAL_PLACES: readonly string[] = [
  '{junit,test-results,test-report,TEST-results,test-output,pytest,rspec}.xml',
  '{test-results,test-reports,reports,junit}/**/*.xml',
  'build/{logs,reports}/**/*.xml',
  '**/target/{surefire,failsafe}-reports/*.xml',
  '**/build/test-results/**/*.xml',
  '**/meson-logs/testlog*.xml',
  '**/TestResults/**/*.trx',
]

/** Folders of other people's files. */
export const LEFT_OUT: readonly string[] = ['node_modules', '.git', '.venv']
