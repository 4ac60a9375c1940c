/** Who a file belongs to. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Root that acts as another user on files, and as itself on a service manager. */
export interface Effective {
  /** As root for as long as `work` takes. Not to be called while files are worked on. */
  asRoot<T>(work: () => Promise<T>): Promise<T>
}

/**
 * From now on this process, which must be root's, reads and writes files as that user: it cannot be led by links in a
 * directory of theirs to what only root may touch, and what it makes is theirs. The real user stays root.
 */
export function actAs({gid, uid}: Owner): Effective {
  let depth = 0
  const become = (): void => {
    process.setegid!(gid)
    process.seteuid!(uid)
  }

  process.setgroups!([gid])
  become()
  return {
    async asRoot(work) {
      if (depth++ === 0) {
        process.seteuid!(0)
        process.setegid!(0)
      }

      try {
        return await work()
      } finally {
        if (--depth === 0) become()
      }
    },
  }
}
