declare module 'fs-native-extensions' {
  interface LockOptions {
    readonly shared?: boolean
  }
  const native: {
    /** Takes a kernel-held lock on an open file, or answers false when another process has it. */
    tryLock(fd: number, options?: LockOptions): boolean
    tryLock(fd: number, offset: number, length: number, options?: LockOptions): boolean
    unlock(fd: number): void
  }
  export default native
}
