/** The Azure cloud that sign-in and resources belong to; `custom` has its own authority and public resource names. */
export type CloudName = 'public' | 'usGovernment' | 'china' | 'custom';
