# The image of a deploy job: the static binary and nothing else. `scripts/image` builds the binary
# and then this, with the binary's directory as the context.
#
# It has no shell and no tools. Migrations are mounted at /project/migrations, or copied there by
# an image of your own: FROM townpass, COPY migrations /project/migrations.
FROM scratch
COPY townpass /townpass
# Nobody in particular, by number: there is no /etc/passwd.
USER 65532:65532
WORKDIR /project
ENTRYPOINT ["/townpass"]
CMD ["--help"]
