/** Groups: the owner adds and removes; owner and members list. The owner is not a member row (MB6). */
import type { Kind } from '../kind.ts';

export const group: Kind = {
  name: 'group',
  roles: [],
  table: 'group_member',
  containerColumn: 'group_id',
  numbered: false,
  standing: 'select group_standing(?) as role',
  kept: null,
  reachesDiagrams: true,
  may: {
    add: (standing) => standing.role === 'owner',
    change: () => false,
    remove: (standing) => standing.role === 'owner',
    list: (standing) => standing.role !== null,
    listen: (standing) => standing.role !== null,
  },
  async belongsWithoutRow(em, container, person) {
    const rows = await em.execute('select from user_group where id = ? and owner_id = ?', [container, person]);
    return rows.length > 0;
  },
};
