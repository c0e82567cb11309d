/* One line per happening, to standard error (the journal of the machine keeps it). Never a name, a number or a
 * text of a customer. The caller names the room first: log_warn("wire", "%s: %s", address, reason). */
#ifndef LOOP_LOG_H
#define LOOP_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

void log_set_level(enum log_level least);
void log_debug(const char *room, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *room, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *room, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_error(const char *room, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
