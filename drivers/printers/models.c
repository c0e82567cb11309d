/* The printers that we know: one row a model, no code. The first is what is used when nothing is said.
 * Widths, resolutions and code page numbers are from the makers' command references and from receipt printer databases;
 * "generic" rows ask for nothing that a cheap printer may lack: letters beyond ASCII and codes are sent as pictures, because
 * many such printers start in a two-byte mode that swallows every second letter. */
#include "escpos.h"

#define BASIC (PRINTER_HAS_STATUS)
#define CUTS  (PRINTER_HAS_STATUS | PRINTER_HAS_CUTTER)
#define FULL  (PRINTER_HAS_STATUS | PRINTER_HAS_CUTTER | PRINTER_HAS_QR)

static const struct printer_code_page epson_pages[] = {
    { "CP858", 19 }, { "CP1252", 16 }, { "CP852", 18 }, { "CP866", 17 }, { 0 },
};
static const struct printer_code_page citizen_pages[] = {
    { "CP1252", 16 },
    { "CP852", 6 },
    { "CP866", 7 },
    { 0 },
};
static const struct printer_code_page hp_pages[] = {
    { "CP858", 6 },
    { "CP1252", 8 },
    { "CP866", 7 },
    { 0 },
};

const struct printer_model all_printer_models[] = {
    { "generic-80", &escpos_printer, 576, 203, CUTS, 5, NULL },
    { "generic-58", &escpos_printer, 384, 203, BASIC, 0, NULL },
    { "epson-tm-t88", &escpos_printer, 512, 180, FULL, 0, epson_pages },
    { "epson-tm-t20", &escpos_printer, 576, 203, FULL, 0, epson_pages },
    { "epson-tm-m30", &escpos_printer, 576, 203, FULL, 0, epson_pages },
    { "epson-tm-t20-58", &escpos_printer, 420, 203, FULL, 0, epson_pages },
    { "epson-tm-m10", &escpos_printer, 420, 203, FULL, 0, epson_pages },
    { "epson-tm-p20", &escpos_printer, 384, 203, BASIC | PRINTER_HAS_QR, 0, epson_pages },
    { "epson-tm-p80", &escpos_printer, 576, 203, FULL, 0, epson_pages },
    { "star-mc-print3", &escpos_printer, 576, 203, FULL, 0, epson_pages },
    { "citizen-ct-s310", &escpos_printer, 576, 203, FULL, 0, citizen_pages },
    { "hp-a799", &escpos_printer, 576, 203, CUTS, 5, hp_pages },
    { "xprinter-80", &escpos_printer, 576, 203, CUTS, 5, NULL },
    { "pos-5890", &escpos_printer, 384, 203, BASIC, 0, NULL },
    { 0 },
};
