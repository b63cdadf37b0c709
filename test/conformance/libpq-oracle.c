/*
 * Asks a real libpq what it makes of connection strings. The library is loaded from the path given as the only argument,
 * so that no headers are needed; requests come by line on standard input, text in hexadecimal:
 *
 *   P <conninfo>          PQconninfoParse: only what the string says
 *   C <conninfo>          PQconnectStart: with services, environment and defaults, validated
 *   L <conninfo>          PQconnectdb: logs in and out again
 *   S <name> [=<value>]   setenv, or unsetenv without a value
 *
 * One line answers each but S: "+" with keyword=value pairs (values in hexadecimal), or "-" with the error message.
 * After C the pairs include "PASSWORD" from the password file; after L the only one is "encryption", tls or none.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The public part of libpq's structure, as documented for PQconndefaults. */
typedef struct
{
	char	   *keyword;
	char	   *envvar;
	char	   *compiled;
	char	   *val;
	char	   *label;
	char	   *dispchar;
	int			dispsize;
} Option;

static Option *(*conninfo_parse) (const char *, char **);
static void (*conninfo_free) (Option *);
static void *(*connect_start) (const char *);
static void *(*connect_db) (const char *);
static int	(*ssl_in_use) (void *);
static Option *(*conninfo) (void *);
static char *(*error_message) (void *);
static char *(*pass) (void *);
static int	(*status) (void *);
static void (*finish) (void *);

static void *
symbol(void *library, const char *name)
{
	void	   *found = dlsym(library, name);

	if (found == NULL)
	{
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return found;
}

static char *
from_hex(const char *hex)
{
	size_t		length = strlen(hex) / 2;
	char	   *text = malloc(length + 1);

	for (size_t i = 0; i < length; i++)
	{
		unsigned int byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		text[i] = (char) byte;
	}
	text[length] = '\0';
	return text;
}

static void
put_hex(const char *text)
{
	for (; *text; text++)
		printf("%02x", (unsigned char) *text);
}

static void
put_options(const Option *options)
{
	printf("+");
	for (; options->keyword; options++)
	{
		if (options->val == NULL)
			continue;
		printf(" %s=", options->keyword);
		put_hex(options->val);
	}
}

static void
put_error(const char *message)
{
	printf("- ");
	put_hex(message ? message : "");
}

int
main(int argc, char **argv)
{
	void	   *library = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
	static char line[1 << 20];

	if (library == NULL)
	{
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	conninfo_parse = symbol(library, "PQconninfoParse");
	conninfo_free = symbol(library, "PQconninfoFree");
	connect_start = symbol(library, "PQconnectStart");
	connect_db = symbol(library, "PQconnectdb");
	ssl_in_use = symbol(library, "PQsslInUse");
	conninfo = symbol(library, "PQconninfo");
	error_message = symbol(library, "PQerrorMessage");
	pass = symbol(library, "PQpass");
	status = symbol(library, "PQstatus");
	finish = symbol(library, "PQfinish");

	while (fgets(line, sizeof(line), stdin))
	{
		char	   *command = strtok(line, " \n");
		char	   *first = strtok(NULL, " \n");
		char	   *second = strtok(NULL, " \n");

		if (command == NULL)
			continue;
		if (command[0] == 'S')
		{
			char	   *value = second ? from_hex(second + 1) : NULL;

			if (second)
				setenv(first, value, 1);
			else
				unsetenv(first);
			free(value);
			continue;
		}
		char	   *text = from_hex(first ? first : "");

		if (command[0] == 'P')
		{
			char	   *message = NULL;
			Option	   *options = conninfo_parse(text, &message);

			if (options)
				put_options(options);
			else
				put_error(message);
			conninfo_free(options);
		}
		else if (command[0] == 'L')
		{
			void	   *connection = connect_db(text);

			if (status(connection) == 0)
			{
				printf("+ encryption=");
				put_hex(ssl_in_use(connection) ? "tls" : "none");
			}
			else
				put_error(error_message(connection));
			finish(connection);
		}
		else
		{
			void	   *connection = connect_start(text);

			/* A failed attempt means that the parameters were good enough to try. */
			if (status(connection) == 1 && strncmp(error_message(connection), "connection to ", 14) != 0)
				put_error(error_message(connection));
			else
			{
				Option	   *options = conninfo(connection);

				put_options(options);
				printf(" PASSWORD=");
				put_hex(pass(connection));
				conninfo_free(options);
			}
			finish(connection);
		}
		printf("\n");
		fflush(stdout);
		free(text);
	}
	return 0;
}
