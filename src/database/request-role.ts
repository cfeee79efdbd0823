/**
 * The database role that every request runs under, and the variables it is told: who is calling, and whether they
 * administer the platform. Policies and functions read them through `current_person()` and `is_platform_admin()`.
 */
export const REQUEST_ROLE = 'roundtable_request';
export const PERSON_VARIABLE = 'roundtable.person';
export const PLATFORM_ADMIN_VARIABLE = 'roundtable.platform_admin';
