import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  FilterParser,
  type Filter as LdaptsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts'
import type { Filter } from '../../src/directories/ldap/wire.ts'

/** The same filter as ldapts knows it, for comparing what is sent. */
export function ldaptsFilterOf(filter: Filter): LdaptsFilter {
  switch (filter.is) {
    case 'equal': {
      const { attribute, value } = filter
      return new EqualityFilter({
        attribute,
        value: typeof value === 'string' ? value : Buffer.from(value),
      })
    }
    case 'starts':
      return new SubstringFilter({ attribute: filter.attribute, initial: filter.value })
    case 'matches': {
      const { attribute, rule, value } = filter
      return new ExtensibleFilter({ matchType: attribute, rule, value })
    }
    case 'and':
      return new AndFilter({ filters: filter.all.map(ldaptsFilterOf) })
    case 'or':
      return new OrFilter({ filters: filter.all.map(ldaptsFilterOf) })
    case 'not':
      return new NotFilter({ filter: ldaptsFilterOf(filter.one) })
    case 'present':
      return new PresenceFilter({ attribute: filter.attribute })
    case 'written':
      return FilterParser.parseString(filter.text)
  }
}
