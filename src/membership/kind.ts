/**
 * What differs between the rosters: the container, its roles, and who may do what. The roster itself is written once.
 * What a new kind costs is told in ARCHITECTURE.md; most of it does not compile until it is there.
 */
import type { EntityManager } from '../database/database.ts';
import type { Person } from '../identity/person.ts';

/** What the caller is to a container. */
export interface Standing {
  role: string | null;
  platformAdmin: boolean;
  /** Whether the caller is the one it is about. */
  self: boolean;
}

export interface Member {
  person: Person;
  /** null where the kind knows no roles. */
  role: string | null;
  addedAt: Date;
  /** Who added them: a profile id, or null when that profile is gone. */
  addedBy: string | null;
  /** The row's own number, where the kind has one. */
  number: number | null;
}

export interface Kind {
  name: 'workspace' | 'group' | 'conversation';
  /** Roles a member can have; none: a member is a member. */
  roles: readonly string[];
  /** The member table and its column that names the container; its rows share one shape. */
  table: string;
  containerColumn: string;
  /** Whether rows have a number of their own (`id`). */
  numbered: boolean;
  /** SQL that tells the caller's role in the container; one `?`. */
  standing: string;
  /** The role whose last holder has to remain (MB3), or null. */
  kept: string | null;
  /** Whether a change of this roster changes who may do what in threat models. */
  reachesDiagrams: boolean;
  may: {
    add(standing: Standing, role: string | null): boolean;
    /** `from` is the target's role now; undefined while the target is not known. */
    change(standing: Standing, from: string | null | undefined, to: string | null): boolean;
    remove(standing: Standing, role: string | null | undefined): boolean;
    /** Whether they may see who belongs to it, and be in its room. */
    list(standing: Standing): boolean;
    /** Whether they may read what is said in it, and hear it in its room. */
    listen(standing: Standing): boolean;
  };
  /** Whether somebody belongs to the container without a row (the owner of a group, MB6). */
  belongsWithoutRow?(em: EntityManager, container: string, person: string): Promise<boolean>;
}
