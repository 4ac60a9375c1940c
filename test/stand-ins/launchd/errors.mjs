// Codes of launchctl and what `launchctl error` calls them; they are its exit codes too.
export const ERRORS = {
  1: 'Operation not permitted',
  3: 'No such process',
  5: 'Input/output error',
  36: 'Operation now in progress',
  37: 'Operation already in progress',
  64: 'usage',
  111: 'Invalid property list',
  112: 'Could not find specified domain',
  113: 'Could not find specified service',
  119: 'Service is disabled',
  122: 'Path had bad ownership/permissions',
  125: 'Domain does not support specified action',
}

export class Refused extends Error {
  constructor(code, message = `${code}: ${ERRORS[code]}`) {
    super(message)
    this.code = code
  }
}
