/* Byte order of the processors that Windows runs on: the little end first. */
#ifndef SPCORE_WINDOWS_INCLUDE_ENDIAN_H
#define SPCORE_WINDOWS_INCLUDE_ENDIAN_H

#define htole16(value) (value)
#define htole32(value) (value)
#define htole64(value) (value)
#define le16toh(value) (value)
#define le32toh(value) (value)
#define le64toh(value) (value)
#define htobe16(value) __builtin_bswap16(value)
#define htobe32(value) __builtin_bswap32(value)
#define htobe64(value) __builtin_bswap64(value)
#define be16toh(value) __builtin_bswap16(value)
#define be32toh(value) __builtin_bswap32(value)
#define be64toh(value) __builtin_bswap64(value)

#endif
