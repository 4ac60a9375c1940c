/** Profiles on disk, in one place for those who call. */
export {readActive, useProfile, type ActiveProfile} from './active.js'
export {setPort} from './config-edit.js'
export {createProfile, type CreatedProfile, type NewProfile} from './create.js'
export {findProfile, listProfiles, readProfile, type ListedProfile, type Profile, type ProfileList} from './read.js'
export {checkDelete, deleteProfile} from './remove.js'
export {checkRename, renameProfile} from './rename.js'
