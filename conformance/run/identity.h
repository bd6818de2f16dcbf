/* Which device it is that was judged, in its own words; "" for what it does not say. UTF-8. */
#ifndef CONFORMANCE_RUN_IDENTITY_H
#define CONFORMANCE_RUN_IDENTITY_H

#define IDENTITY_ROOM 384 /* of a string descriptor, in UTF-8 with its NUL */

struct tp;
struct mtpi_device_info;

struct identity {
    char usb[16];     /* idVendor:idProduct, "1209:2000" */
    char release[16]; /* bcdDevice, "1.00" */
    char manufacturer[IDENTITY_ROOM], product[IDENTITY_ROOM], serial[IDENTITY_ROOM];
    char firmware[IDENTITY_ROOM]; /* DeviceVersion of DeviceInfo */
};

/* Device descriptor and its strings. */
void identity_of_usb(struct tp *tp, struct identity *ret);
void identity_of_mtp(const struct mtpi_device_info *info, struct identity *ret);

#endif
