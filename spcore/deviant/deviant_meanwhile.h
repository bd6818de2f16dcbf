/* What the seam of the last Release does for the defects of transfers that break off. */
#ifndef SPCORE_DEVIANT_DEVIANT_MEANWHILE_H
#define SPCORE_DEVIANT_DEVIANT_MEANWHILE_H

struct sp_storage;
/* Fills a file that is being written up to the size that was announced last. */
void meanwhile_pad(struct sp_storage *self);

#endif
