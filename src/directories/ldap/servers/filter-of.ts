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
import { invariant } from '../../../kernel/index.ts'
import type { Filter } from '../wire.ts'

/** As it is sent: in parts that carry their length, so that no value can be read as anything else. */
export function filterOf(filter: Filter): LdaptsFilter {
  switch (filter.is) {
    case 'equal': {
      const { attribute, value } = filter
      return new EqualityFilter({
        attribute,
        value: typeof value === 'string' ? value : Buffer.from(value),
      })
    }
    case 'starts':
      // Without a beginning it would hold for everybody.
      invariant(filter.value !== '', 'a beginning is not empty')
      return new SubstringFilter({ attribute: filter.attribute, initial: filter.value })
    case 'matches': {
      const { attribute, rule, value } = filter
      return new ExtensibleFilter({ matchType: attribute, rule, value })
    }
    case 'and':
      return new AndFilter({ filters: filter.all.map(filterOf) })
    case 'or':
      return new OrFilter({ filters: filter.all.map(filterOf) })
    case 'not':
      return new NotFilter({ filter: filterOf(filter.one) })
    case 'present':
      return new PresenceFilter({ attribute: filter.attribute })
    case 'written':
      return read(filter.text)
  }
}

/** Somebody wrote what is no filter. */
export class UnreadableFilter extends Error {}

function read(text: string): LdaptsFilter {
  try {
    return FilterParser.parseString(text)
  } catch (cause) {
    throw new UnreadableFilter('not RFC 4515', { cause })
  }
}
