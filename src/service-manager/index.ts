export {checked, checkId, checkSpec, type CheckedServiceManager} from './checked.js'
export {hermesContext, provideContext, type Considered, type DetectionResult, type HermesContext, type Selection} from './context.js'
export {backendProblem, defineBackend, type BackendAnnouncement} from './define.js'
export type {DefinitionClaim, DefinitionPlace, OwnDefinition, PutResult, ServiceFiles} from './definition.js'
export {
  serviceDirectories,
  type DefinitionFile,
  type DefinitionFiles,
  type PutOptions,
  type ServiceDirectories,
  type ServiceDirectory,
} from './directory.js'
export {editOf} from './edit.js'
export {
  commandFailed,
  ERROR_CODES,
  isServiceManagerError,
  notOwned,
  notRegistered,
  ServiceManagerError,
  type FailedCommand,
  type ServiceManagerErrorCode,
} from './errors.js'
export type {DetachedOptions, ExecOptions, ExecResult, FifoState, Host, HostFacts} from './host.js'
export {readLogDirectory, readLogFiles, type LogFiles} from './log-files.js'
export {recordComment, recordDigest, recordOf, specIn, specInComment} from './record.js'
export {serviceFiles} from './service-files.js'
export {serviceStem, type StemOptions} from './service-name.js'
export {launchLines, shellCommand, shellQuote, type LaunchOptions} from './shell.js'
export {readSmall, smallFile, type ReadOptions, type SmallFile} from './small-file.js'
export {
  isSamePlace,
  SUPERVISION_LOCK,
  SUPERVISION_RECORD,
  supervisionRecord,
  supervisorName,
  type SupervisionRecord,
  type Whereabouts,
} from './supervision.js'
export {
  CONTRACT_VERSION,
  type Backend,
  type Capabilities,
  type Detection,
  type DoctorFinding,
  type InstallOptions,
  type InstallOutcome,
  type InstallRequest,
  type InstallResult,
  type LogOptions,
  type Scope,
  type ServiceManager,
  type ServiceSpec,
  type ServiceStatus,
  type StopOptions,
} from './types.js'
export {waitUntil, waitUntilDown, waitUntilUp} from './wait.js'
