/** Users, passwords or permissions that cannot be used as they are; the message says where and why. */
export class AccessError extends Error {}
