/* A failure is named after what the caller can do about it.
 * Functions that can fail return err; what they made goes through the last parameter, untouched on failure. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

typedef enum err {
    OK = 0,
    ERR_AGAIN,   /* not now; you will be called back */
    ERR_GONE,    /* the other side left; it may return */
    ERR_REFUSED, /* the other side said no; a person must act */
    ERR_INPUT,   /* these bytes make no sense; drop and count them */
    ERR_FULL,    /* a ceiling was reached; slow down */
    ERR_MISSING, /* no such thing */
    ERR_SYSTEM   /* the machine failed us; the reason is in the log */
} err;

#define MUST_USE __attribute__((warn_unused_result))

/* A word for the log: "gone", "refused". Never NULL. */
const char *err_name(err e);

#endif
