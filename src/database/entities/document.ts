/**
 * What a diagram contains: its log (`document_update`), who writes under which Yjs client id (`document_client`),
 * snapshots of the log and named versions. The request role has no way in: content passes through `documents/`.
 */
import { defineEntity, p } from '@mikro-orm/core';
import { Diagram } from './diagram.ts';
import { Profile } from './profile.ts';

export const DocumentUpdate = defineEntity({
  name: 'DocumentUpdate',
  properties: {
    diagram: () => p.manyToOne(Diagram).mapToPk().primary().deleteRule('cascade'),
    seq: p.bigint('number').primary(),
    bytes: p.blob(),
    batch: p.uuid().fieldName('batch_id'),
    authors: p.array().columnType('uuid[]'),
    at: p.datetime(3).defaultRaw('clock_timestamp()'),
  },
  uniques: [{ properties: ['diagram', 'batch'] }],
  rowLevelSecurity: true,
});

export const DocumentClient = defineEntity({
  name: 'DocumentClient',
  properties: {
    diagram: () => p.manyToOne(Diagram).mapToPk().primary().deleteRule('cascade'),
    client: p.bigint('number').fieldName('client_id').primary(),
    profile: () => p.manyToOne(Profile).mapToPk().deleteRule('cascade'),
  },
  rowLevelSecurity: true,
});

export const DocumentSnapshot = defineEntity({
  name: 'DocumentSnapshot',
  properties: {
    diagram: () => p.manyToOne(Diagram).mapToPk().primary().deleteRule('cascade'),
    seq: p.bigint('number').primary(),
    bytes: p.blob(),
    at: p.datetime(3).defaultRaw('clock_timestamp()'),
  },
  rowLevelSecurity: true,
});

export const DocumentVersion = defineEntity({
  name: 'DocumentVersion',
  properties: {
    id: p.uuid().primary(),
    diagram: () => p.manyToOne(Diagram).mapToPk().deleteRule('cascade'),
    seq: p.bigint('number'),
    name: p.text().nullable(),
    kind: p.text().check(`kind in ('automatic', 'named')`).$type<'automatic' | 'named'>(),
    author: () => p.manyToOne(Profile).mapToPk().nullable().deleteRule('set null'),
    bytes: p.blob(),
    at: p.datetime(3).defaultRaw('clock_timestamp()'),
  },
  indexes: [{ properties: ['diagram', 'at', 'id'] }],
  rowLevelSecurity: true,
});
