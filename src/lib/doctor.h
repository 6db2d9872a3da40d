/*
 * Doctor: lines about this machine and this user, each a fact and, where it matters, what to do.
 *
 * Private to lib/: doctor.c asks about places and parsers, machine.c about kernel, processor and libraries.
 * Nothing is made or changed by asking.
 */
#pragma once

#include "lib/writer.h"

typedef struct Doctor {
    Writer *out;
    size_t problems;
} Doctor;

/* As wanted. */
void doctor_ok(Doctor *d, const char *format, ...) _printf_(2, 3);

/* Worth knowing: something is missed or slower; `remedy` is a sentence, or NULL. */
void doctor_note(Doctor *d, const char *remedy, const char *format, ...) _printf_(3, 4);

/* Needs action before a scan can be made or trusted. */
void doctor_problem(Doctor *d, const char *remedy, const char *format, ...) _printf_(3, 4);

/* Who we are, what the kernel gives, what the processor and the libraries can do. */
void doctor_machine(Doctor *d);
