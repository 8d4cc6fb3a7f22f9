-- Run once, by the superuser of an empty server: the product's own role, which is none, and its database.
\set password `cat /run/secrets/database_password`
create role glimpse login password :'password';
create database glimpse owner glimpse;
