/** A person, known from their first verified token on. People are not tenant rows: the request role may read them. */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';

export const Profile = defineEntity({
  name: 'Profile',
  properties: {
    id: p.uuid().primary(),
    number: p.integer().unique().defaultRaw('random_number()'),
    issuer: p.text(),
    subject: p.text(),
    email: p.text().unique(),
    username: p.text(),
    fullName: p.text().nullable(),
    avatarUrl: p.text().nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  uniques: [{ properties: ['issuer', 'subject'] }],
  policies: [{ name: 'profile_read', command: 'select', roles: [REQUEST_ROLE], using: 'true' }],
});
