import type { LdapDirectoryConfig } from '../../config/index.ts'

/** A directory as the configuration has it, without whose people are asked for here: that is judged before. */
export type LdapSettings = Omit<LdapDirectoryConfig, 'type' | 'suffixes'> & {
  readonly dialect: LdapDirectoryConfig['type']
}

export type LdapServer = LdapSettings['servers'][number]

export type LdapBind = LdapSettings['bind']
